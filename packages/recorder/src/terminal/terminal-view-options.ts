import type { OutputStream, TerminalInput } from '@onecycle/platform'

/** What a `TerminalView` is given: its title, where it is drawn, what it hears, and where checkpoints go. */
export interface TerminalViewOptions {
  /** What stands in the first line, such as the run's folder. Default `onecycle`. */
  title?: string | undefined
  /** The terminal. Default: standard output. */
  stream?: OutputStream | undefined
  /** Where keys come from. Default: standard input. */
  input?: TerminalInput | undefined
  /** Folder for what `c` saves, where the fit has no `Checkpoint`. Default `checkpoints`. */
  checkpoints?: string | undefined
}
