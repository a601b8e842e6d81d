import type { Answer, Ask, Question } from './ask.ts'
import type { Scope, ServiceToken } from './service-tokens.ts'

/** Asks about impersonations as this service. */
export type AskAs = (scope: Scope, path: string, question?: Question) => Promise<Answer>

export const createAskAs =
  (ask: Ask, tokenFor: (scope: Scope) => ServiceToken): AskAs =>
  async (scope, path, question = {}) => {
    const token = tokenFor(scope)
    const headers = { ...question.headers, authorization: await token.authorization }
    const answer = await ask(`/api/v1/impersonations/${path}`, { ...question, headers })
    // The issuer may have been set up anew since it gave us the token.
    if (answer.status === 401) token.until = 0
    return answer
  }
