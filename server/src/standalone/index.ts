export { ConfigurationError } from './policy-settings.ts'
export { serve } from './serve.ts'
