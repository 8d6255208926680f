-- The status follows kstatus: Ready, Reconciling and Stalled, and the generation that they speak of.
-- An object that is being deleted does not get here: Argo CD itself says Progressing.
local status = obj.status
if status == nil or status.conditions == nil then
  return { status = "Progressing", message = "Waiting for the operator to report a status" }
end
if status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Waiting for the operator to see the latest change" }
end

local conditions = {}
for _, condition in ipairs(status.conditions) do
  conditions[condition.type] = condition
end
local function holds(type)
  return conditions[type] ~= nil and conditions[type].status == "True"
end
local ready = conditions["Ready"]
if ready == nil then
  return { status = "Progressing", message = "Waiting for the operator to report whether it is ready" }
end

local health = { status = "Progressing", message = ready.reason .. ": " .. ready.message }
if ready.reason == "Suspended" then
  -- By its own `suspend` or that of its connection.
  health.status = "Suspended"
elseif obj.spec.suspend == true then
  -- A connection goes on to say whether PAM Core answers.
  health.status = "Suspended"
  health.message = "Suspended: `spec.suspend` is set, so no call is made for the resources of this connection"
elseif holds("Stalled") then
  -- Only a change can help. What may pass by itself is never Degraded: that would fail the whole sync at once.
  health.status = "Degraded"
elseif holds("Ready") and not holds("Reconciling") then
  health.status = "Healthy"
end
return health
