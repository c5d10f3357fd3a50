import { useBackend } from '@onecycle/backend'
import { lookInProject } from '@onecycle/backend/internal'

/**
 * Starts TensorFlow's native library, from this project or from the cache of scripts/tools.mjs; gives the line about it.
 *
 * @param threads for each operation, of which one runs at a time. Default: as many as the machine runs
 */
export async function useNative(threads?: number): Promise<string> {
  // Read when the library is loaded.
  if (threads) Object.assign(process.env, { TF_NUM_INTRAOP_THREADS: threads, TF_NUM_INTEROP_THREADS: 1 })
  const { findTool } = await import(new URL('../scripts/tools.mjs', import.meta.url).href)
  const { folder } = findTool('tfjs-node') as { folder?: string }
  if (folder) lookInProject(folder)
  return (await useBackend({ prefer: 'node', log: false })).line
}
