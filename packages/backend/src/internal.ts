import type { accelerateNative as accelerate } from './native/index.js'

/** What other packages of onecycle need, and no program. */
export { lookInProject, projectFolder } from '#backend/project.js'
export { pinBackend } from './choosing.js'
export type { MaybeNative } from './native/operations.js'

/** As `accelerateNative` of './native', which is loaded for it. */
export async function accelerateNative(...given: Parameters<typeof accelerate>): Promise<void> {
  const native = await import('./native/index.js')
  native.accelerateNative(...given)
}
