-- How many task runs the flow runs have that were expected to start in the same five minutes: consoles ask for the task runs of some time by that of their flow runs.
create table flow_run_task_sum (
    slot integer primary key,
    runs integer not null
);
insert into flow_run_task_sum (slot, runs)
select fr.expected_start_time / 300000000 * 300000000, count(*) from flow_run fr join task_run tr on tr.flow_run_id = fr.id where fr.expected_start_time is not null group by 1;
create trigger flow_run_task_added after insert on task_run when new.flow_run_id is not null begin
    insert into flow_run_task_sum (slot, runs)
    select fr.expected_start_time / 300000000 * 300000000, 1 from flow_run fr where fr.id = new.flow_run_id and fr.expected_start_time is not null
    on conflict (slot) do update set runs = runs + 1;
end;
-- when the flow run goes it is gone before its task runs, and takes them out of the sum itself
create trigger flow_run_task_removed after delete on task_run when old.flow_run_id is not null begin
    update flow_run_task_sum set runs = runs - 1 where slot = (select fr.expected_start_time / 300000000 * 300000000 from flow_run fr where fr.id = old.flow_run_id);
end;
create trigger flow_run_tasks_removed before delete on flow_run begin
    update flow_run_task_sum set runs = runs - (select count(*) from task_run tr where tr.flow_run_id = old.id) where slot = old.expected_start_time / 300000000 * 300000000;
end;
create trigger flow_run_tasks_moved after update of expected_start_time on flow_run
when old.expected_start_time / 300000000 is not new.expected_start_time / 300000000 begin
    update flow_run_task_sum set runs = runs - (select count(*) from task_run tr where tr.flow_run_id = old.id) where slot = old.expected_start_time / 300000000 * 300000000;
    insert into flow_run_task_sum (slot, runs)
    select new.expected_start_time / 300000000 * 300000000, c.runs from (select count(*) as runs from task_run tr where tr.flow_run_id = new.id) c
    where c.runs > 0 and new.expected_start_time is not null
    on conflict (slot) do update set runs = runs + excluded.runs;
end;
