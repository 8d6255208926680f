obj.spec.enabled = true
return obj
