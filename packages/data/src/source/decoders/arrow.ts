// What decodes Arrow, in one module that the build packs (bundle.mjs).
export { tableFromIPC } from '@uwdata/flechette'
