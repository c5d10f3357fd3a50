import { type BackendReport, useBackend } from 'onecycle'

export interface BackendChoice {
  /** A name, or empty for the best. */
  backend: string
  threads: number
}

/** TensorFlow.js has webgl in a package of its own, which is fetched by those who ask for it. */
export const offerWebgl = () => import('@tensorflow/tfjs-backend-webgl')

/** Starts the backend that was chosen. */
export async function startBackend({ backend, threads }: BackendChoice): Promise<BackendReport> {
  if (backend === 'webgl') await offerWebgl()
  return useBackend({ ...(backend && { prefer: backend }), ...(threads > 1 && { threads }), log: false })
}
