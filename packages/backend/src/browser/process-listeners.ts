/** A page has no process that the backend could put listeners on. */
export function leaveErrorsToTheProgram(): void {}
