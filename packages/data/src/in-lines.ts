import { PrettyString } from '@onecycle/platform'

/** What becomes of a sample on its way into a batch, for a person to read: a line for each stage. */
export function inLines(stages: readonly (readonly string[])[]): PrettyString {
  return new PrettyString(stages.map(([stage, what]) => `${stage!.padEnd(10)}  ${what}`).join('\n'))
}

export function percent(part: number): string {
  return `${Math.round(part * 1000) / 10} %`
}
