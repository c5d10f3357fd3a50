/** A page has what its program imports. */
export function lookInProject(_from: string): void {}

export function projectFolder(): string | undefined {
  return undefined
}
