/**
 * Predicts with what `learn.export` wrote, and loads nothing that trains.
 *
 * @example
 * import { load_learner } from 'onecycle/inference'
 * const churn = await load_learner('models/churn')
 *
 * @module
 */
import { addFileHandlers, chooseLater } from '@onecycle/backend/internal'

export { ready, useBackend } from '@onecycle/backend'
export * from '@onecycle/learner/inference'

chooseLater()
addFileHandlers()
