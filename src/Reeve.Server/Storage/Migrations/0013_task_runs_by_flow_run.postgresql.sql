-- How many task runs the flow runs have that were expected to start in the same five minutes: consoles ask for the task runs of some time by that of their flow runs.
-- Rows are only added; RunSumFolder makes one of many.
create table flow_run_task_sum (
    slot timestamptz not null,
    runs bigint not null
);
create index flow_run_task_sum_slot on flow_run_task_sum (slot);
insert into flow_run_task_sum (slot, runs)
select date_bin('5 minutes', fr.expected_start_time, 'epoch'), count(*) from flow_run fr join task_run tr on tr.flow_run_id = fr.id where fr.expected_start_time is not null group by 1;

-- The check of the foreign key comes first (its trigger's name does) and has locked the flow run: who changes or deletes that waits for this transaction, or this one has waited.
create function flow_run_task_counted() returns trigger language plpgsql as $$
begin
    -- when the flow run goes it is gone before its task runs, and takes them out of the sum itself
    insert into flow_run_task_sum (slot, runs)
    select date_bin('5 minutes', fr.expected_start_time, 'epoch'), case tg_op when 'INSERT' then 1 else -1 end from flow_run fr
    where fr.id = case tg_op when 'INSERT' then new.flow_run_id else old.flow_run_id end and fr.expected_start_time is not null;
    return null;
end
$$;
create trigger flow_run_task_added after insert on task_run for each row execute function flow_run_task_counted();
create trigger flow_run_task_removed after delete on task_run for each row execute function flow_run_task_counted();

create function flow_run_tasks_moved(flow_run_id uuid, old_start timestamptz, new_start timestamptz) returns void language plpgsql as $$
declare
    counted bigint;
begin
    -- waits for those that add task runs; what they have added is seen by the next statement
    perform 1 from flow_run fr where fr.id = flow_run_tasks_moved.flow_run_id for update;
    select count(*) into counted from task_run tr where tr.flow_run_id = flow_run_tasks_moved.flow_run_id;
    if counted > 0 then
        insert into flow_run_task_sum (slot, runs)
        select date_bin('5 minutes', m.at, 'epoch'), m.runs from (values (old_start, -counted), (new_start, counted)) m (at, runs) where m.at is not null;
    end if;
end
$$;
create function flow_run_tasks_removed() returns trigger language plpgsql as $$
begin
    perform flow_run_tasks_moved(old.id, old.expected_start_time, null);
    return old;
end
$$;
create trigger flow_run_tasks_removed before delete on flow_run for each row execute function flow_run_tasks_removed();

-- a part of the trigger that there is: one more would cost every state change more than it does
create or replace function flow_run_sum_ended() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and date_bin('5 minutes', old.expected_start_time, 'epoch') is distinct from date_bin('5 minutes', new.expected_start_time, 'epoch') then
        perform flow_run_tasks_moved(new.id, old.expected_start_time, new.expected_start_time);
    end if;
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
