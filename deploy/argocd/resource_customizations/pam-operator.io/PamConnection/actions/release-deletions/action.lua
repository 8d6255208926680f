-- A new value of the annotation releases the deletions that the brake holds now.
local os = require("os")
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["pam-operator.io/release-deletions"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
