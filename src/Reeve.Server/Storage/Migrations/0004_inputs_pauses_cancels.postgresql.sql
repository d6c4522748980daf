-- what was said to a run that waits for it: a key is written once
create table flow_run_input (
    id uuid not null primary key,
    created timestamptz not null,
    updated timestamptz not null,
    flow_run_id uuid not null references flow_run (id) on delete cascade,
    key text not null,
    value text not null,
    sender text
);
create unique index flow_run_input_key on flow_run_input (flow_run_id, key);

-- pauses that end by themselves; a row outlives its pause, and then means nothing
create table flow_run_pause (
    state_id uuid not null primary key,
    flow_run_id uuid not null references flow_run (id) on delete cascade,
    expires timestamptz not null
);
create index flow_run_pause_expires on flow_run_pause (expires);
create index flow_run_pause_run on flow_run_pause (flow_run_id);
insert into flow_run_pause (state_id, flow_run_id, expires)
select s.id, s.flow_run_id, (s.state_details ->> 'pause_timeout')::timestamptz
from flow_run fr join flow_run_state s on s.id = fr.state_id
where fr.state_type = 'PAUSED' and s.state_details ->> 'pause_timeout' is not null;

-- cancelled runs whose children were not looked after yet
create table flow_run_cancelled (
    flow_run_id uuid not null primary key references flow_run (id) on delete cascade,
    since timestamptz not null
);
create index flow_run_cancelled_since on flow_run_cancelled (since);
