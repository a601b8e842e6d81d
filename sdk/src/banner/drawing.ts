/* All that is loaded when there is something to show: one file, as a bundler leaves it. */
export { follow } from './follow.ts'
export { followAttributes } from './server-rendered.ts'
