#!/usr/bin/env python3
"""Writes golden.json: fire times by croniter and dateutil (Debian: python3-croniter, python3-dateutil), which share no code with ours.

They count on a clock without daylight saving; the law of docs/specs/schedules.md for gaps and repeated hours is applied here
with zoneinfo: a wall-clock time that does not exist is the moment after the gap, one that exists twice is the first.
"""
import datetime as dt, json, os
from zoneinfo import ZoneInfo
from croniter import croniter
from dateutil.rrule import rrulestr

UTC = dt.timezone.utc


def instant(wall, zone):
    z = ZoneInfo(zone)
    first = wall.replace(tzinfo=z, fold=0)
    if first.astimezone(UTC).astimezone(z).replace(tzinfo=None) == wall:
        return first.astimezone(UTC)
    # in a gap: walk minute by minute to the first wall time that exists
    while True:
        wall = (wall + dt.timedelta(minutes=1)).replace(second=0)
        t = wall.replace(tzinfo=z, fold=0).astimezone(UTC)
        if t.astimezone(z).replace(tzinfo=None) == wall:
            return t


def text(t): return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def distinct(times, n):
    out = []
    for t in times:
        if not out or t > out[-1]: out.append(t)
        if len(out) == n: return out
    return out


def cron_walls(expression, start, day_or):
    it = croniter(expression, start - dt.timedelta(seconds=1), day_or=day_or)
    while True: yield it.get_next(dt.datetime)


def cron(expression, start, zone="UTC", n=12, day_or=True):
    start = dt.datetime.fromisoformat(start)
    times = distinct((instant(w, zone) for w in cron_walls(expression, start, day_or)), n)
    return {"schedule": {"cron": expression, "timezone": zone, "day_or": day_or}, "start": text(instant(start, zone)), "times": [text(t) for t in times], "ends": len(times) < n}


def rrule(rule, start, zone="UTC", n=12):
    start = dt.datetime.fromisoformat(start)
    it = rrulestr(rule, dtstart=dt.datetime(2020, 1, 1))
    def walls():
        w = it.after(start, inc=True)
        while w is not None:
            yield w
            w = it.after(w)
    times = distinct((instant(w, zone) for w in walls()), n)
    return {"schedule": {"rrule": rule, "timezone": zone}, "start": text(instant(start, zone)), "times": [text(t) for t in times], "ends": len(times) < n}


def days(count, anchor, start, zone, n=10):
    anchor, start = dt.datetime.fromisoformat(anchor), dt.datetime.fromisoformat(start)
    times, w = [], anchor
    while len(times) < n:
        if w >= start: times.append(instant(w, zone))
        w += dt.timedelta(days=count)
    return {"schedule": {"interval": count * 86400.0, "anchor_date": text(instant(anchor, zone)), "timezone": zone}, "start": text(instant(start, zone)), "times": [text(t) for t in times], "ends": len(times) < n}


def hourly(expression, start, zone, n=30):
    """Patterns of every hour go by elapsed time: the moments, minute by minute, whose wall clock shows a minute that croniter reads from it."""
    z, t = ZoneInfo(zone), instant(dt.datetime.fromisoformat(start), zone)
    minutes = set(croniter.expand(expression)[0][0])
    begin, times = t, []
    while len(times) < n:
        if t.astimezone(z).minute in minutes: times.append(t)
        t += dt.timedelta(minutes=1)
    return {"schedule": {"cron": expression, "timezone": zone, "day_or": True}, "start": text(begin), "times": [text(t) for t in times], "ends": False}


def elapsed(seconds, anchor, start, zone, n=10):
    anchor, start = instant(dt.datetime.fromisoformat(anchor), zone), instant(dt.datetime.fromisoformat(start), zone)
    steps = -((anchor - start) // dt.timedelta(seconds=seconds))
    times = [anchor + dt.timedelta(seconds=seconds) * (steps + k) for k in range(n)]
    assert times[0] >= start > times[0] - dt.timedelta(seconds=seconds)
    return {"schedule": {"interval": float(seconds), "anchor_date": text(anchor), "timezone": zone}, "start": text(start), "times": [text(t) for t in times], "ends": False}


def changes(zone, year):
    """The moments at which a zone's clock is moved, with by how much."""
    offset = lambda t: t.astimezone(ZoneInfo(zone)).utcoffset()
    found, day = [], dt.datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        t, day = day, day + dt.timedelta(days=1)
        if offset(t) == offset(day): continue
        while offset(t) != offset(day):
            before, t = offset(t), t + dt.timedelta(minutes=15)
            if offset(t) != before: found.append((t, offset(t) - before))
    return found


def around(zone, year):
    """Every kind of schedule over both directions of a zone's changes, at the very times of day that are missing or come twice."""
    for t, moved in changes(zone, year):
        wall = (t - dt.timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + dt.timedelta(minutes=1)
        odd = wall if moved > dt.timedelta(0) else wall + moved  # the first time of day that is missing, or that comes twice
        if abs(moved) >= dt.timedelta(hours=23): odd = wall
        start = (odd.replace(second=0) - dt.timedelta(days=1, hours=5)).isoformat()
        at = odd + dt.timedelta(minutes=15)
        yield cron(f"{at.minute} {at.hour} * * *", start, zone, 5)
        yield cron(f"*/10 {odd.hour},{(odd.hour + 1) % 24} * * *", start, zone, 24)
        yield hourly("20 * * * *", (odd - dt.timedelta(hours=4)).isoformat(), zone, 9)
        yield days(1, (at - dt.timedelta(days=90)).isoformat(), start, zone, 4)
        yield elapsed(6 * 3600, (odd - dt.timedelta(days=400)).isoformat(), start, zone, 8)
        yield rrule(f"DTSTART:20200101T000000\nRRULE:FREQ=DAILY;BYHOUR={at.hour};BYMINUTE={at.minute};BYSECOND=0", start, zone, 4)
        yield rrule(f"DTSTART:20200101T{at.hour:02}{at.minute:02}00\nRRULE:FREQ=WEEKLY;BYDAY=MO,SU,FR\nEXDATE:{(at + dt.timedelta(days=7)):%Y%m%dT%H%M%S}", start, zone, 6)


ZONES = """Africa/Cairo Africa/Casablanca Africa/El_Aaiun America/Adak America/Anchorage America/Asuncion America/Chicago America/Denver America/Godthab America/Halifax America/Havana
    America/Los_Angeles America/Mexico_City America/Miquelon America/New_York America/Phoenix America/Port-au-Prince America/Santiago America/Sao_Paulo America/Scoresbysund America/St_Johns
    America/Tijuana Antarctica/Troll Asia/Beirut Asia/Famagusta Asia/Gaza Asia/Jerusalem Asia/Kathmandu Asia/Kolkata Asia/Tehran Asia/Tokyo Atlantic/Azores Atlantic/Bermuda Atlantic/Canary
    Australia/Adelaide Australia/Brisbane Australia/Eucla Australia/Lord_Howe Australia/Sydney Europe/Berlin Europe/Chisinau Europe/Dublin Europe/Kyiv Europe/Lisbon Europe/London Europe/Moscow
    Pacific/Auckland Pacific/Chatham Pacific/Easter Pacific/Norfolk Etc/GMT+5 UTC""".split()

# changes that are history: whole days, half hours, odd minutes, changes at midnight
PAST = [("Pacific/Apia", 2011), ("Africa/Casablanca", 2012), ("America/Caracas", 2016), ("Asia/Pyongyang", 2018), ("America/Sao_Paulo", 2018), ("Asia/Tehran", 2022), ("Africa/Juba", 2021),
    ("Europe/Volgograd", 2018), ("Pacific/Tongatapu", 2016)]

CASES = [
    # cron in UTC
    *[cron(e, "2026-02-27T22:58:30") for e in (
        "* * * * *", "*/7 * * * *", "5/15 * * * *", "0 0 * * *", "15 10 * * 1-5", "0 0 1 * *", "0 0 31 * *", "0 12 29 2 *", "0 0 L * *", "0 9 * * mon,wed,fri",
        "0 0 * * 7", "30 4 1,15 * 5", "0 22 * * 1-5", "23 0-20/2 * * *", "0 0,12 1 */2 *", "0 4 8-14 * *", "5 4 * * sun", "0 0 1 jan *", "0 0 * jan-mar sat",
        "59 23 31 12 *", "*/10 8-10 * 6,7 *", "0 0 * * fri#2", "0 0 * * L5", "1-5,10-12 3 * * *", "@yearly", "@monthly", "@weekly", "@daily", "@hourly",
        "* * * * * */20", "0 0 * * * 15,45", "10 3 * * 0 30", "0 */5 * * *")],
    cron("0 0 */10 * *", "2026-03-05T00:00:00"),  # from late February croniter 1.3.5 leaves out the 1st of March
    *[cron(e, "2026-02-27T22:58:30", day_or=False) for e in ("0 0 13 * 5", "0 0 1-7 * mon", "30 6 */3 * 2,4")],
    # cron across the changes of the clock
    *[cron(e, s, z, 8) for z, s in (("America/New_York", "2026-03-05T12:00:00"), ("America/New_York", "2026-10-29T12:00:00"), ("Europe/Berlin", "2026-03-27T12:00:00"),
        ("Europe/Berlin", "2026-10-23T12:00:00"), ("Australia/Lord_Howe", "2026-10-02T12:00:00"), ("Australia/Lord_Howe", "2026-04-02T12:00:00"), ("America/Santiago", "2026-09-04T12:00:00"),
        ("Pacific/Apia", "2011-12-28T12:00:00"), ("Asia/Kolkata", "2026-03-05T12:00:00"), ("Asia/Beirut", "2026-03-26T12:00:00"))
      for e in ("30 2 * * *", "0 0 * * *", "30 1 * * *", "*/20 2 * * *", "0 2,3 * * *")],
    # rules in UTC
    *[rrule(r, "2026-02-27T22:58:30") for r in (
        "FREQ=DAILY", "FREQ=DAILY;INTERVAL=10", "FREQ=DAILY;BYMONTH=1,12;BYHOUR=9,17", "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH", "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=SU,TU",
        "FREQ=MONTHLY;BYDAY=1FR", "FREQ=MONTHLY;BYDAY=-2MO", "FREQ=MONTHLY;BYMONTHDAY=-3", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12,13,14,15", "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3", "FREQ=YEARLY", "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3,10", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=YEARLY;BYWEEKNO=1,53", "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU;WKST=SU", "FREQ=YEARLY;BYYEARDAY=1,100,-1",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=HOURLY;INTERVAL=3", "FREQ=HOURLY;BYHOUR=9,10,11;BYMINUTE=0,30", "FREQ=MINUTELY;INTERVAL=90",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,16", "FREQ=MINUTELY;BYDAY=MO;BYHOUR=3;BYMINUTE=5,6;BYSECOND=10,20", "FREQ=SECONDLY;INTERVAL=45", "FREQ=SECONDLY;INTERVAL=7;BYMINUTE=30;BYMONTH=6",
        "FREQ=HOURLY;BYMINUTE=10,20,30;BYSETPOS=2", "DTSTART:20260101T083000\nRRULE:FREQ=DAILY;COUNT=60", "DTSTART:20260101T083000\nRRULE:FREQ=WEEKLY;UNTIL=20260401T000000;BYDAY=SA",
        "DTSTART:20260227T230000\nRRULE:FREQ=HOURLY;COUNT=5", "DTSTART:20260301T090000\nRRULE:FREQ=DAILY;COUNT=6\nEXDATE:20260303T090000\nRDATE:20260302T120000",
        "DTSTART:20260301T090000\nRRULE:FREQ=WEEKLY;BYDAY=MO\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1,2", "RDATE:20270101T000000,20260401T080000", "DTSTART:20240229T120000\nRRULE:FREQ=YEARLY")],
    # rules across the changes of the clock
    *[rrule(r, s, z, 8) for z, s in (("America/Chicago", "2026-03-05T12:00:00"), ("Europe/Berlin", "2026-10-23T12:00:00"), ("Europe/Berlin", "2026-03-27T12:00:00"))
      for r in ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0", "DTSTART:20200101T000000\nFREQ=WEEKLY;BYDAY=MO,WE,SU;BYHOUR=9;BYMINUTE=0;BYSECOND=0", "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=15")],
    # all that cron understands, in zones without changes
    *[cron(e, "2028-02-27T22:58:30", z, 6) for z in ("UTC", "Asia/Kathmandu", "Australia/Eucla") for e in (
        "0 0 29 2 *", "0 0 l * *", "30 6 l 2 *", "0 0 * * l1", "0 12 * * mon#1", "0 12 * * 3#5", "0 12 * * 1#1,5#3", "10-20/5 */6 * * *", "0 0 1,15,l * *", "0 8 * * mon-fri",
        "0 8 * jan,jul *", "0 8 * JUN-AUG Tue", "3-59/15 2,6-9 * * *", "0 0 * 2/3 *", "0 0 2-30/7 * *", "@annually", "@midnight", "*/15 9-17 * * 1-5", "0 0 1-7 * 0", "59 23 l 12 5")],
    # every zone, every change of its clock
    *[case for zone in ZONES for case in around(zone, 2026)],
    *[case for zone, year in PAST for case in around(zone, year)],
    # and zones as they are on an ordinary day
    *[cron("45 5 * * *", "2026-07-14T00:00:00", zone, 3) for zone in ZONES],
    # days by the wall clock
    *[days(c, "2026-01-01T02:30:00", s, z) for c in (1, 2, 7) for s, z in (("2026-03-01T00:00:00", "America/New_York"), ("2026-10-20T00:00:00", "Europe/Berlin"), ("2026-03-20T00:00:00", "Asia/Tokyo"))],
]

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "golden.json"), "w", encoding="utf-8") as f:
    f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in CASES) + "\n]\n")
print(len(CASES), "cases")
