-- most runs have no such key, and each entry costs every state change on PostgreSQL
drop index flow_run_idempotency;
create unique index flow_run_idempotency on flow_run (flow_id, idempotency_key) where idempotency_key is not null;
-- nulls come last, and runs of one time in the order of their ids
drop index flow_run_next_scheduled;
create index flow_run_next_scheduled on flow_run (next_scheduled_start_time, id);
-- with the id it answers alone whose name is like another
drop index flow_run_name;
create index flow_run_name on flow_run (name, id);
-- a pool's runs of some time; neither column changes when a run changes its state
create index flow_run_queue on flow_run (work_queue_id, expected_start_time, id) where work_queue_id is not null;
create index flow_run_next_of_flow on flow_run (flow_id, next_scheduled_start_time, id) where state_type = 'SCHEDULED' and next_scheduled_start_time is not null;
create index task_run_start_time on task_run (start_time, state_type, id) where start_time is not null;

-- Sums of the ended runs by five minutes of their expected start. What has ended is the mass of all runs and does not change any more; histories read it here and
-- only the others run by run. Rows are only added, so that no two transactions wait for each other; RunSumFolder makes one of many.
-- Microseconds are whole numbers, so that what is taken away again leaves nothing behind.
create table flow_run_sum (
    slot timestamptz not null,
    state_type text not null,
    state_name text not null,
    runs bigint not null,
    run_time bigint not null,
    lateness bigint not null
);
create index flow_run_sum_slot on flow_run_sum (slot, state_type, state_name);
insert into flow_run_sum (slot, state_type, state_name, runs, run_time, lateness)
select date_bin('5 minutes', expected_start_time, 'epoch'), state_type, state_name, count(*), sum(round(total_run_time * 1000000)::bigint),
    sum(greatest(coalesce((extract(epoch from start_time - expected_start_time) * 1000000)::bigint, 0), 0))
from flow_run where state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and expected_start_time is not null group by 1, 2, 3;
create function flow_run_sum_ended() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and old.expected_start_time is not null then
        insert into flow_run_sum (slot, state_type, state_name, runs, run_time, lateness)
        values (date_bin('5 minutes', old.expected_start_time, 'epoch'), old.state_type, old.state_name, -1, -round(old.total_run_time * 1000000)::bigint,
            -greatest(coalesce((extract(epoch from old.start_time - old.expected_start_time) * 1000000)::bigint, 0), 0));
    end if;
    if tg_op <> 'DELETE' and new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and new.expected_start_time is not null then
        insert into flow_run_sum (slot, state_type, state_name, runs, run_time, lateness)
        values (date_bin('5 minutes', new.expected_start_time, 'epoch'), new.state_type, new.state_name, 1, round(new.total_run_time * 1000000)::bigint,
            greatest(coalesce((extract(epoch from new.start_time - new.expected_start_time) * 1000000)::bigint, 0), 0));
    end if;
    return null;
end
$$;
create trigger flow_run_sum_added after insert on flow_run for each row
when (new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) execute function flow_run_sum_ended();
create trigger flow_run_sum_changed after update of state_type, state_name, expected_start_time, start_time, total_run_time on flow_run for each row
when (new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') or old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'))
execute function flow_run_sum_ended();
create trigger flow_run_sum_removed after delete on flow_run for each row
when (old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) execute function flow_run_sum_ended();

-- the same of task runs
create table task_run_sum (
    slot timestamptz not null,
    state_type text not null,
    state_name text not null,
    runs bigint not null,
    run_time bigint not null,
    lateness bigint not null
);
create index task_run_sum_slot on task_run_sum (slot, state_type, state_name);
insert into task_run_sum (slot, state_type, state_name, runs, run_time, lateness)
select date_bin('5 minutes', expected_start_time, 'epoch'), state_type, state_name, count(*), sum(round(total_run_time * 1000000)::bigint),
    sum(greatest(coalesce((extract(epoch from start_time - expected_start_time) * 1000000)::bigint, 0), 0))
from task_run where state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and expected_start_time is not null group by 1, 2, 3;
create function task_run_sum_ended() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and old.expected_start_time is not null then
        insert into task_run_sum (slot, state_type, state_name, runs, run_time, lateness)
        values (date_bin('5 minutes', old.expected_start_time, 'epoch'), old.state_type, old.state_name, -1, -round(old.total_run_time * 1000000)::bigint,
            -greatest(coalesce((extract(epoch from old.start_time - old.expected_start_time) * 1000000)::bigint, 0), 0));
    end if;
    if tg_op <> 'DELETE' and new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') and new.expected_start_time is not null then
        insert into task_run_sum (slot, state_type, state_name, runs, run_time, lateness)
        values (date_bin('5 minutes', new.expected_start_time, 'epoch'), new.state_type, new.state_name, 1, round(new.total_run_time * 1000000)::bigint,
            greatest(coalesce((extract(epoch from new.start_time - new.expected_start_time) * 1000000)::bigint, 0), 0));
    end if;
    return null;
end
$$;
create trigger task_run_sum_added after insert on task_run for each row
when (new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) execute function task_run_sum_ended();
create trigger task_run_sum_changed after update of state_type, state_name, expected_start_time, start_time, total_run_time on task_run for each row
when (new.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED') or old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'))
execute function task_run_sum_ended();
create trigger task_run_sum_removed after delete on task_run for each row
when (old.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')) execute function task_run_sum_ended();

-- compiling a query takes longer than any query of a page may
do $$
begin
    execute format('alter database %I set jit = off', current_database());
exception when insufficient_privilege then
    raise notice 'jit stays as it is: the database belongs to somebody else';
end
$$;
