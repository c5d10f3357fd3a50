import type { Tensor, Variable } from '@tensorflow/tfjs-core'
import type { Hyper } from './rule.js'

/** What a fused update is given: one parameter's step, to be carried out in place. */
export interface FusedStep {
  readonly parameter: Variable
  readonly gradient: Tensor
  /** The rule's slots, all of the parameter's shape. */
  readonly slots: Readonly<Record<string, Tensor>>
  readonly hyper: Hyper
  /** Whether weight decay applies to this parameter. */
  readonly decays: boolean
  /** The number of this step, from 1. */
  readonly steps: number
}

/** Carries a step out and returns true, or leaves everything alone and returns false (wrong backend, wrong type). */
export type FusedUpdate = (step: FusedStep) => boolean

const updates = new Map<string, FusedUpdate>()

/**
 * The seam for kernels that do a whole step of one parameter at once, by the name of the rule ('adam', 'sgd momentum',
 * ...; see {@link Rule.name}). The update writes into the data of `parameter` and of each slot. It must only be set where
 * no kernel caches weights by tensor identity: stock wasm convolutions and matrix products do. Undefined removes it.
 */
export function setFusedUpdate(rule: string, update: FusedUpdate | undefined): void {
  if (update) updates.set(rule, update)
  else updates.delete(rule)
}

export function fusedUpdate(rule: string): FusedUpdate | undefined {
  return updates.get(rule)
}

/**
 * Carries out the steps of many parameters at once, by the name of their rule, and returns true; or leaves everything alone and returns
 * false. Asked before those of one parameter.
 */
export type FusedSteps = (rule: string, steps: readonly FusedStep[]) => boolean

let together: FusedSteps | undefined

/** The seam for backends on which many small kernels wait for each other. Undefined removes it. */
export function setFusedSteps(steps: FusedSteps | undefined): void {
  together = steps
}

export function fusedSteps(rule: string, steps: readonly FusedStep[]): boolean {
  return together?.(rule, steps) ?? false
}
