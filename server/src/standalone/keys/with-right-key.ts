import { ConfigurationError } from '../configuration/policy-settings.ts'

/** What `open` gives. @throws ConfigurationError when it fails, as another secret key has sealed it */
export function withRightKey<Opened>(open: () => Opened): Opened {
  try {
    return open()
  } catch {
    throw new ConfigurationError('SECRET_KEY: is not the key this database was sealed with')
  }
}
