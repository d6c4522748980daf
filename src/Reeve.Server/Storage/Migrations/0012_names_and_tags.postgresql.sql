-- The names of a thousand runs in one text, a line each, so that a part of a name is looked for in a thousandth of the rows; runs not gathered yet wait in flow_run_fresh.
-- What is found there is looked at again in the runs: they may be gone, or have another name since, under which they are fresh once more.
create table flow_run_names (
    id bigint generated always as identity primary key,
    flow_run_ids uuid[] not null,
    names text not null
);
-- unpacking them would take longer than the search
alter table flow_run_names alter flow_run_ids set storage external, alter names set storage external;
create table flow_run_fresh (
    flow_run_id uuid not null,
    name text not null
);
insert into flow_run_names (flow_run_ids, names)
select array_agg(r.id order by r.place), string_agg(r.name, e'\n' order by r.place)
from (select fr.id, lower(replace(fr.name, e'\n', ' ') collate "C") as name, row_number() over (order by fr.created, fr.id) as place from flow_run fr) r
group by r.place / 1000 order by r.place / 1000;
insert into event_follower (name, tx, "offset") values ('names', -1, 0);

-- How many runs have a tag. Rows are only added; RunSumFolder makes one of many. A tag that no index can hold is in no sum.
create table flow_run_tag_sum (
    tag text collate "C" not null,
    runs bigint not null
);
create index flow_run_tag_sum_tag on flow_run_tag_sum (tag);
insert into flow_run_tag_sum (tag, runs)
select t.tag, count(distinct fr.id) from flow_run fr, jsonb_array_elements_text(fr.tags) t (tag) where fr.tags <> '[]' and length(t.tag) <= 600 group by 1;
create function flow_run_tags_counted(tags jsonb, runs bigint) returns void language sql as $$
    insert into flow_run_tag_sum (tag, runs) select distinct t.tag, runs from jsonb_array_elements_text(tags) t (tag) where length(t.tag) <= 600
$$;

create function flow_run_known() returns trigger language plpgsql as $$
begin
    insert into flow_run_fresh (flow_run_id, name) values (new.id, lower(replace(new.name, e'\n', ' ') collate "C"));
    if new.tags <> '[]' then
        insert into flow_run_tag_sum (tag, runs) select distinct t.tag, 1 from jsonb_array_elements_text(new.tags) t (tag) where length(t.tag) <= 600;
    end if;
    return null;
end
$$;
create trigger flow_run_known after insert on flow_run for each row execute function flow_run_known();
create function flow_run_renamed() returns trigger language plpgsql as $$
begin
    if new.name <> old.name then
        insert into flow_run_fresh (flow_run_id, name) values (new.id, lower(replace(new.name, e'\n', ' ') collate "C"));
    end if;
    return null;
end
$$;
create trigger flow_run_renamed after update of name on flow_run for each row execute function flow_run_renamed();
create function flow_run_tags_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        perform flow_run_tags_counted(old.tags, -1);
    elsif new.tags <> old.tags then
        perform flow_run_tags_counted(old.tags, -1);
        perform flow_run_tags_counted(new.tags, 1);
    end if;
    return null;
end
$$;
create trigger flow_run_tags_changed after update of tags on flow_run for each row execute function flow_run_tags_changed();
create trigger flow_run_tags_removed after delete on flow_run for each row when (old.tags <> '[]') execute function flow_run_tags_changed();
