/** A page has no files. */
export function addFileHandlers(): void {}
