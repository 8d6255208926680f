-- Whether Git says what the field is: then a sync of Argo CD owns it, and self-heal would undo an action on it at once.
local function isSetByGit(field)
  for _, entry in ipairs(obj.metadata.managedFields or {}) do
    if entry.manager == "argocd-controller" and entry.fieldsV1 ~= nil then
      local spec = entry.fieldsV1["f:spec"]
      if spec ~= nil and spec["f:" .. field] ~= nil then
        return true
      end
    end
  end
  return false
end

local isSuspended = obj.spec.suspend == true
local actions = {}
actions["suspend"] = { ["disabled"] = isSuspended or isSetByGit("suspend") }
actions["resume"] = { ["disabled"] = not isSuspended or isSetByGit("suspend") }

if obj.kind == "PamConnection" then
  local deletions = obj.status ~= nil and obj.status.deletions or nil
  local held = deletions ~= nil and deletions.held or nil
  actions["release-deletions"] = { ["disabled"] = held == nil or held == 0 }
else
  -- PAM Core itself enables and disables what it creates just in time.
  local isFixed = obj.spec.jitSettings ~= nil or isSetByGit("enabled")
  actions["enable"] = { ["disabled"] = isFixed or obj.spec.enabled == true }
  actions["disable"] = { ["disabled"] = isFixed or obj.spec.enabled == false }
  actions["force-sync"] = { ["disabled"] = false }
end
return actions
