/**
 * What the other packages of onecycle use of this one, and no program needs: it may change at any time.
 *
 * @module
 */
export { figureScript } from '#plot/figure-script.js'
export { escapeHtml, type FigureOptions, htmlFigure, htmlPage } from './html.js'
export { showKinds } from './plot.js'
export { formatNumber } from './render/number.js'
