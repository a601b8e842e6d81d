import type { states as english } from '../en/states.ts'
import type { Words } from '../words.ts'

export const states: Words<typeof english> = {
  states: {
    loading: 'Wird geladen',
    retry: 'Noch einmal',
    reload: 'Seite neu laden',
    close: 'Schließen',
    cancel: 'Abbrechen',
    problem: 'Das ging nicht',
    request_id: 'Anfrage-Id',
    no_match: 'Nichts passt',
    no_match_why: 'Kein Eintrag erfüllt alle Filter zugleich.',
    clear_filters: 'Filter leeren',
    forbidden: 'Das dürfen Sie nicht sehen',
    access_missing: 'Dafür braucht es das Recht',
    your_roles: 'Ihre Rollen:',
    no_role: 'keine',
    ask_administrator: 'Wer die Rollen der Verwaltung pflegt, kann es Ihnen geben.',
    not_found: 'Nicht gefunden',
    not_found_here: 'Diese Seite gibt es nicht',
    not_found_why: 'Die Adresse ist vielleicht vertippt, oder die Seite ist umgezogen.',
    to_overview: 'Zur Übersicht',
    crashed: 'Etwas ist schiefgegangen',
    crashed_what: 'Diese Seite konnte nicht gezeigt werden',
    stale: 'Das konnte nicht aufgefrischt werden. Was Sie sehen, ist von {{time}}.',
    offline: 'Sie sind offline. Was Sie sehen, kann alt sein.',
    factor: 'Zweiter Faktor nötig',
    confirm_factor: 'Mit zweitem Faktor bestätigen',
  },
}
