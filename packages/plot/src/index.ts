/**
 * A chart as data, drawn as Vega-Lite, SVG, PNG, HTML or characters.
 *
 * @example
 * import { barPanel, Plot } from '@onecycle/plot'
 * const panel = barPanel({ x: { label: 'Seconds' }, y: { label: '', categories: ['data', 'step'] }, bars: { time: [1.5, 4] } })
 * console.log(String(new Plot({ panels: [panel] })))
 *
 * @module
 */
export type { Axis, Chart, Drawn, Mark, Panel, Series, SeriesStyle } from './chart.js'
export type { LiveChart } from './live-chart.js'
export type { MountedPlot } from './mount/mounted.js'
export type { MountOptions } from './mount/options.js'
export type { Theme } from './palette.js'
export { type BarPanelOptions, barPanel } from './panel/bar-panel.js'
export type { ColorScaleKind } from './panel/color-scale.js'
export { type DotPanelOptions, dotPanel } from './panel/dot-panel.js'
export type { Grid } from './panel/grid.js'
export type { HeatAxis } from './panel/heat.js'
export { type HeatPanelOptions, heatPanel } from './panel/heat-panel.js'
export type { NamedAxis } from './panel/named-axis.js'
export type { ParallelAxis } from './panel/parallel-axis.js'
export { type ParallelPanelOptions, parallelPanel } from './panel/parallel-panel.js'
export type { ColorName } from './panel/picture-legend.js'
export { type Picture, type PicturesPanelOptions, picturesPanel } from './panel/pictures-panel.js'
export { type TablePanelOptions, tablePanel } from './panel/table-panel.js'
export { type HtmlOptions, Plot, type PngOptions, type ShowOptions, type ThemeOptions } from './plot.js'
export type { DrawOptions } from './render/terminal-plot.js'
export type { VegaLiteSpec } from './vega.js'
