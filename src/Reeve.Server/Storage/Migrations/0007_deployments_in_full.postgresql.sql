alter table deployment add column version_info jsonb;
-- what the last event said, so that each change of health is told once
alter table deployment add column status_told text not null default 'NOT_READY';
alter table work_queue add column status_told text not null default 'NOT_READY';
alter table work_pool add column status_told text;

alter table deployment_schedule add column max_active_runs integer;
alter table deployment_schedule add column catchup boolean not null default false;
