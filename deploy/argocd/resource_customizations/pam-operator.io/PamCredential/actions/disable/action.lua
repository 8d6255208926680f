obj.spec.enabled = false
return obj
