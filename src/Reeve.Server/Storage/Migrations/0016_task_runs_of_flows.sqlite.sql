-- The flow that a task run's flow run is of: a page of a flow's task runs is read in order from an index, not gathered flow run by flow run. It never changes.
alter table task_run add column flow_id blob;
update task_run set flow_id = (select fr.flow_id from flow_run fr where fr.id = task_run.flow_run_id) where flow_run_id is not null;
create index task_run_flow on task_run (flow_id, expected_start_time, id) where flow_id is not null;
