import type { ColorScaleKind } from './color-scale.js'
import type { Grid } from './grid.js'
import type { NamedAxis } from './named-axis.js'

/** An axis of a heat map: its names or the numbers that it spans. */
export interface HeatAxis extends NamedAxis {
  /** Values at the outer edges of the first and the last cell, where there are no categories. Default: cells lie around 0, 1, 2, ... */
  span?: readonly [number, number] | undefined
}

/** What is to be drawn, all defaults filled in. */
export interface Heat {
  title: string
  x: HeatAxis
  y: HeatAxis
  values: Grid
  text: readonly (readonly string[])[] | undefined
  scale: ColorScaleKind
  domain: readonly [number, number]
  label: string | undefined
  /** Outer edges of all cells along each axis. */
  edges: Readonly<Record<'x' | 'y', readonly [number, number]>>
}
