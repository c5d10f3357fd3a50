/** Begins what no program writes. */
const sign = '\u001eended with '

/** The last line of a rank that has heard a signal, on standard error: its exit code, which MPICH's mpiexec forgets where it passed a signal on. */
export function lastLine(code: number): string {
  return `${sign}${code}\n`
}

/** A line without what {@link lastLine} put there, and the code that it tells. */
export function withoutLast(line: string): { text: string; code: number | undefined } {
  const [text = '', code] = line.split(sign)
  return { text, code: code === undefined ? undefined : Number(code) }
}
