/** Owner of the fields that the operator writes, as managedFields name it. */
export const FIELD_MANAGER = 'pam-operator';
