import { useBackend } from '@onecycle/backend'
import { chooseLater } from '@onecycle/backend/internal'

/** Options of all commands that compute. */
export interface BackendOptions {
  readonly backend?: string
  readonly threads?: number | 'auto'
}

/**
 * Chooses what computes.
 *
 * @param goesOn whether something goes on that was begun before: it computes on the backend that it was on, unless another one is asked for
 */
export async function prepare({ backend, threads }: BackendOptions, goesOn = false): Promise<void> {
  if (goesOn && backend === undefined && threads === undefined) chooseLater()
  else await useBackend({ ...(backend !== undefined && { prefer: backend }), ...(threads !== undefined && { threads }) })
}
