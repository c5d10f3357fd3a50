import type { OutputStream } from '@onecycle/platform'

/** Where progress is written; `process.stdout` is one. It may close or fill up: the training goes on. */
export interface ProgressStream extends OutputStream {
  /** Whether it has more than it can take; a bar is not drawn then. */
  writableNeedDrain?: boolean
}
