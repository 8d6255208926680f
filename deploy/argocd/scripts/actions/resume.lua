-- As Git has it: without the field.
obj.spec.suspend = nil
return obj
