import { expect, test } from 'vitest'
import { cronInWords, ordinal } from './cron'
import { intervalInWords, scheduleInWords } from './words'

test.each([
  ['* * * * *', 'every minute'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['0/15 * * * *', 'every 15 minutes'],
  ['0 * * * *', 'every hour'],
  ['@hourly', 'every hour'],
  ['30 * * * *', 'every hour at 30 minutes past'],
  ['0,30 * * * *', 'every hour at 0 and 30 minutes past'],
  ['0 */6 * * *', 'every 6 hours'],
  ['0 9 * * *', 'every day at 09:00'],
  ['@daily', 'every day at 00:00'],
  ['0 9,17 * * *', 'every day at 09:00 and 17:00'],
  ['30 6 * * 1-5', 'at 06:30 on weekdays'],
  ['30 6 * * MON-FRI', 'at 06:30 on weekdays'],
  ['0 8 * * 0,6', 'at 08:00 at weekends'],
  ['0 8 * * 7,1', 'at 08:00 on Monday and Sunday'],
  ['0 8 1 * *', 'at 08:00 on the 1st of the month'],
  ['0 8 1,15 jan *', 'at 08:00 on the 1st and 15th of the month in January'],
  ['0 8 L * *', 'at 08:00 on the last day of the month'],
  ['*/10 9-17 * * 1-5', 'every 10 minutes from 09:00 to 17:59 on weekdays'],
  ['0 9-17 * * *', 'every hour from 09:00 to 17:00'],
])('%s reads "%s"', (cron, words) => expect(cronInWords(cron)).toBe(words))

test.each(['0 0 1 * 1', '* * * *', '0 0 * * 5#2', '61 * * * *', '0 25 * * *', '0 0 9-3 * *', 'nonsense', '0 0 1 2 3 4'])(
  '%s has no short phrase and is shown as it is',
  cron => {
    expect(cronInWords(cron)).toBeNull()
    expect(scheduleInWords({ cron })).toEqual({ text: cron, source: null, timezone: null })
  },
)

test.each([
  [1, 'every second'],
  [60, 'every minute'],
  [5400, 'every 90 minutes'],
  [7200, 'every 2 hours'],
  [604_800, 'every week'],
  [90.5, 'every 1 minute 30.5 seconds'],
  [3661, 'every 3661 seconds'],
])('An interval of %d seconds reads "%s"', (seconds, words) => expect(intervalInWords(seconds)).toBe(words))

test('A simple recurrence rule is told in words', () =>
  expect(scheduleInWords({ rrule: 'DTSTART:20260101T000000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;BYHOUR=9;BYMINUTE=30', timezone: 'Europe/Berlin' })).toMatchObject({
    text: 'every 2 weeks on Monday and Thursday at 09:30',
    timezone: 'Europe/Berlin',
  }))

test('A rule with an end or a count is shown as it is', () =>
  expect(scheduleInWords({ rrule: 'FREQ=DAILY;COUNT=3' })).toEqual({ text: 'FREQ=DAILY;COUNT=3', source: null, timezone: null }))

test('Ordinals end as they are spoken', () =>
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '23rd', '31st']))
