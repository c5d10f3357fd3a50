/** What pictures and files are made with: loaded with the first of them, not with the package. */
export { writeWhole } from '@onecycle/platform'
export { figureScript } from '#plot/figure-script.js'
export { toPng } from '#plot/image.js'
export { htmlFigure, htmlPage } from './html.js'
export { toSvg } from './svg.js'
export { sheets } from './theme.js'
export { vegaLite } from './vega.js'
