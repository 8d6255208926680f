/** Ends the list of actions: another replica or a newer version of the resource decides. */
export class Outdated extends Error {}
