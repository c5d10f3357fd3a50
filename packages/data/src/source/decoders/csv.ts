// What reads CSV, in one module that the build packs (bundle.mjs).
export { default as Papa } from 'papaparse'
