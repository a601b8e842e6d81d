export { ConfigurationError } from './policy-settings.ts'
export type { RunningServer } from './start-server.ts'
export { startServer } from './start-server.ts'
export { announcement } from './announcement.ts'
