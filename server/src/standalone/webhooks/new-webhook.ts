import { z } from 'zod'
import type { WebhookEvent, WebhookFormat } from '../../index.ts'
import { webhookEvents } from '../../index.ts'

export interface NewWebhook {
  readonly url: string
  readonly format: WebhookFormat
  /** Starts and ends when it is left out; a token tells of ends only. */
  readonly events?: readonly WebhookEvent[] | undefined
  /** For tokens; the URL's origin when it is left out. */
  readonly audience?: string | undefined
}

export const newWebhook: z.ZodType<NewWebhook> = z
  .strictObject({
    url: z.string(),
    format: z.enum(['standard', 'caep']),
    events: z.array(z.enum(webhookEvents, `must be one of ${webhookEvents.join(', ')}`)).optional(),
    audience: z.string().min(1).max(200).optional(),
  })
  .superRefine(({ format, events = [], audience }, context) => {
    const refuse = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message })
    }
    if (format === 'standard' && audience !== undefined) refuse('audience', 'is for caep')
    if (format === 'caep' && events.some((event) => event !== 'impersonation.ended')) {
      refuse('events', 'can only be impersonation.ended with caep')
    }
  })
