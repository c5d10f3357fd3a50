import { pinBackend } from '@onecycle/backend/internal'
import { open } from '@onecycle/platform'
import type { ResumeOptions } from '../fit/options.js'
import { parseJson } from './json.js'
import { runFiles } from './run-folder.js'
import { readHead } from './safetensors.js'
import { deepest } from './state.js'

/**
 * Where a trial of speed decides about the backend, has it fall on the one that computed the newest checkpoint of a folder: a trial that came
 * out otherwise would keep the fit from going on. What is wrong with a folder or a file, the fit says.
 */
export async function pinToCheckpoint(resume: string | ResumeOptions): Promise<void> {
  try {
    const [newest] = await runFiles(typeof resume === 'string' ? resume : resume.dir)
    if (!newest) return
    const file = await open(newest.path)
    const { metadata } = await readHead(file).finally(() => file.close())
    const { machine } = parseJson(metadata['run'] ?? '{}', deepest) as { machine?: { backend?: string } }
    if (machine?.backend) pinBackend(machine.backend)
  } catch {
    // Nothing is pinned by what cannot be read.
  }
}
