-- most runs have no such key, and each entry costs every state change on PostgreSQL
drop index flow_run_idempotency;
create unique index flow_run_idempotency on flow_run (flow_id, idempotency_key) where idempotency_key is not null;
-- nulls come last, and runs of one time in the order of their ids
drop index flow_run_next_scheduled;
create index flow_run_next_scheduled on flow_run (next_scheduled_start_time, id);
-- a pool's runs of some time; neither column changes when a run changes its state
create index flow_run_queue on flow_run (work_queue_id, expected_start_time, id) where work_queue_id is not null;
create index flow_run_next_of_flow on flow_run (flow_id, next_scheduled_start_time, id) where state_type = 'SCHEDULED' and next_scheduled_start_time is not null;
create index task_run_start_time on task_run (start_time, state_type, id) where start_time is not null;

-- a run's tags one by one: JSON has no index
create table flow_run_tag (
    tag text not null,
    flow_run_id blob not null references flow_run (id) on delete cascade,
    primary key (tag, flow_run_id)
) without rowid;
create index flow_run_tag_run on flow_run_tag (flow_run_id);
insert or ignore into flow_run_tag (tag, flow_run_id) select t.value, fr.id from flow_run fr, json_each(fr.tags) t where fr.tags <> '[]';
create trigger flow_run_tag_added after insert on flow_run when new.tags <> '[]' begin
    insert or ignore into flow_run_tag (tag, flow_run_id) select value, new.id from json_each(new.tags);
end;
create trigger flow_run_tag_changed after update of tags on flow_run when new.tags <> old.tags begin
    delete from flow_run_tag where flow_run_id = old.id;
    insert or ignore into flow_run_tag (tag, flow_run_id) select value, new.id from json_each(new.tags);
end;

-- Sums of the ended runs by five minutes of their expected start. What has ended is the mass of all runs and does not change any more; histories read it here and
-- only the others run by run. Microseconds are whole numbers, so that what is taken away again leaves nothing behind.
create table flow_run_sum (
    slot integer not null,
    state_type text not null,
    state_name text not null,
    runs integer not null,
    run_time integer not null,
    lateness integer not null,
    primary key (slot, state_type, state_name)
) without rowid;
insert into flow_run_sum (slot, state_type, state_name, runs, run_time, lateness)
select expected_start_time / 300000000 * 300000000, state_type, state_name, count(*), sum(cast(round(total_run_time * 1000000) as integer)),
    sum(max(coalesce(start_time - expected_start_time, 0), 0))
from flow_run where state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and expected_start_time is not null group by 1, 2, 3;
create trigger flow_run_sum_added after insert on flow_run
when new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and new.expected_start_time is not null begin
    insert into flow_run_sum (slot, state_type, state_name, runs, run_time, lateness)
    values (new.expected_start_time / 300000000 * 300000000, new.state_type, new.state_name, 1, cast(round(new.total_run_time * 1000000) as integer),
        max(coalesce(new.start_time - new.expected_start_time, 0), 0))
    on conflict (slot, state_type, state_name) do update set runs = runs + 1, run_time = run_time + excluded.run_time, lateness = lateness + excluded.lateness;
end;
create trigger flow_run_sum_entered after update of state_type, state_name, expected_start_time, start_time, total_run_time on flow_run
when new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and new.expected_start_time is not null begin
    insert into flow_run_sum (slot, state_type, state_name, runs, run_time, lateness)
    values (new.expected_start_time / 300000000 * 300000000, new.state_type, new.state_name, 1, cast(round(new.total_run_time * 1000000) as integer),
        max(coalesce(new.start_time - new.expected_start_time, 0), 0))
    on conflict (slot, state_type, state_name) do update set runs = runs + 1, run_time = run_time + excluded.run_time, lateness = lateness + excluded.lateness;
end;
create trigger flow_run_sum_left after update of state_type, state_name, expected_start_time, start_time, total_run_time on flow_run
when old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and old.expected_start_time is not null begin
    update flow_run_sum set runs = runs - 1, run_time = run_time - cast(round(old.total_run_time * 1000000) as integer),
        lateness = lateness - max(coalesce(old.start_time - old.expected_start_time, 0), 0)
    where slot = old.expected_start_time / 300000000 * 300000000 and state_type = old.state_type and state_name = old.state_name;
end;
create trigger flow_run_sum_removed after delete on flow_run
when old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and old.expected_start_time is not null begin
    update flow_run_sum set runs = runs - 1, run_time = run_time - cast(round(old.total_run_time * 1000000) as integer),
        lateness = lateness - max(coalesce(old.start_time - old.expected_start_time, 0), 0)
    where slot = old.expected_start_time / 300000000 * 300000000 and state_type = old.state_type and state_name = old.state_name;
end;

-- the same of task runs
create table task_run_sum (
    slot integer not null,
    state_type text not null,
    state_name text not null,
    runs integer not null,
    run_time integer not null,
    lateness integer not null,
    primary key (slot, state_type, state_name)
) without rowid;
insert into task_run_sum (slot, state_type, state_name, runs, run_time, lateness)
select expected_start_time / 300000000 * 300000000, state_type, state_name, count(*), sum(cast(round(total_run_time * 1000000) as integer)),
    sum(max(coalesce(start_time - expected_start_time, 0), 0))
from task_run where state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and expected_start_time is not null group by 1, 2, 3;
create trigger task_run_sum_added after insert on task_run
when new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and new.expected_start_time is not null begin
    insert into task_run_sum (slot, state_type, state_name, runs, run_time, lateness)
    values (new.expected_start_time / 300000000 * 300000000, new.state_type, new.state_name, 1, cast(round(new.total_run_time * 1000000) as integer),
        max(coalesce(new.start_time - new.expected_start_time, 0), 0))
    on conflict (slot, state_type, state_name) do update set runs = runs + 1, run_time = run_time + excluded.run_time, lateness = lateness + excluded.lateness;
end;
create trigger task_run_sum_entered after update of state_type, state_name, expected_start_time, start_time, total_run_time on task_run
when new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and new.expected_start_time is not null begin
    insert into task_run_sum (slot, state_type, state_name, runs, run_time, lateness)
    values (new.expected_start_time / 300000000 * 300000000, new.state_type, new.state_name, 1, cast(round(new.total_run_time * 1000000) as integer),
        max(coalesce(new.start_time - new.expected_start_time, 0), 0))
    on conflict (slot, state_type, state_name) do update set runs = runs + 1, run_time = run_time + excluded.run_time, lateness = lateness + excluded.lateness;
end;
create trigger task_run_sum_left after update of state_type, state_name, expected_start_time, start_time, total_run_time on task_run
when old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and old.expected_start_time is not null begin
    update task_run_sum set runs = runs - 1, run_time = run_time - cast(round(old.total_run_time * 1000000) as integer),
        lateness = lateness - max(coalesce(old.start_time - old.expected_start_time, 0), 0)
    where slot = old.expected_start_time / 300000000 * 300000000 and state_type = old.state_type and state_name = old.state_name;
end;
create trigger task_run_sum_removed after delete on task_run
when old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and old.expected_start_time is not null begin
    update task_run_sum set runs = runs - 1, run_time = run_time - cast(round(old.total_run_time * 1000000) as integer),
        lateness = lateness - max(coalesce(old.start_time - old.expected_start_time, 0), 0)
    where slot = old.expected_start_time / 300000000 * 300000000 and state_type = old.state_type and state_name = old.state_name;
end;
