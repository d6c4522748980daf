-- The names of a thousand runs in one text, a line each, so that a part of a name is looked for in a thousandth of the rows. What is found there is looked at again in the runs:
-- they may be gone, or have another name since, which then stands behind the others.
create table flow_run_names (
    upto integer primary key,
    since integer not null,
    names text not null
);
insert into flow_run_names (upto, since, names)
select max(r.place), min(r.place), group_concat(r.name, char(10)) from (select fr.rowid as place, fr.name, row_number() over (order by fr.rowid) as n from flow_run fr) r
group by (r.n - 1) / 1000 having count(*) = 1000;

-- the number of a row that was the last and is gone is given again
create trigger flow_run_numbered_again after insert on flow_run when new.rowid <= (select max(upto) from flow_run_names) begin
    update flow_run_names set names = names || char(10) || new.name where upto = (select min(n.upto) from flow_run_names n where n.upto >= new.rowid);
end;
create trigger flow_run_renamed after update of name on flow_run when new.name <> old.name and new.rowid <= (select max(upto) from flow_run_names) begin
    update flow_run_names set names = names || char(10) || new.name where upto = (select min(n.upto) from flow_run_names n where n.upto >= new.rowid);
end;
