/** The two kinds of records in PAM Core that a resource can declare. */
export type RecordKind = 'credential' | 'key';
