import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Has something read a model of TensorFlow's in a folder of its own, which is gone afterwards. Undefined where there are no folders. */
export function withSavedModel<Result>(file: Uint8Array, read: (folder: string) => Result): Result | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-step-'))
  try {
    writeFileSync(join(folder, 'saved_model.pb'), file)
    return read(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
