-- A new value of the annotation applies everything once more. It is no drift: Git does not have it.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["pam-operator.io/force-sync"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
