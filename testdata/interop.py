"""Opens every artifact of a run in DuckDB, pyarrow and Polars, and holds them against each other.

    python -m venv env && env/bin/pip install duckdb pyarrow polars
    env/bin/python testdata/interop.py runs/haiku/latest

Prints a line per table: rows, columns, and what a query over it says. Exits 1 when two of them differ.
"""

import json
import pathlib
import sys

import duckdb
import polars
import pyarrow.parquet


def main(run: str) -> int:
    files = sorted(pathlib.Path(run, "artifacts").rglob("*.parquet"))
    if not files:
        print(f"{run}: no artifacts")
        return 1
    wrong = 0
    for file in files:
        arrow = pyarrow.parquet.read_table(file)
        frame = polars.read_parquet(file)
        duck = duckdb.sql(f"select * from read_parquet('{file}')")
        ids = duckdb.sql(f"select count(*), count(distinct id) from read_parquet('{file}')").fetchall()[0]
        same = (
            arrow.num_rows == frame.height == ids[0] == ids[1]
            and arrow.column_names == frame.columns == duck.columns
            and arrow.column("id").to_pylist() == frame["id"].to_list()
        )
        for name in arrow.column_names:  # every value, nulls and lists included
            same = same and arrow.column(name).to_pylist() == frame[name].to_list()
        for name in ("fields", "messages", "criteria", "settings", "metrics"):  # open-ended values are JSON
            if name in arrow.column_names:
                for text in arrow.column(name).to_pylist():
                    if text is not None:
                        json.loads(text)
        wrong += not same
        print(f"{'same' if same else 'DIFFERENT':10}{arrow.num_rows:8} rows {len(arrow.column_names):3} columns  {file.name}")
    verdicts = [f for f in files if is_verdicts(f)]
    if verdicts:
        print(duckdb.sql(f"""
            select policy_id, count(*) as n, avg(accepted::int) as accepted
            from read_parquet({[str(f) for f in verdicts]!r}, union_by_name = true)
            group by policy_id order by policy_id"""))
    return 1 if wrong else 0


def is_verdicts(file: pathlib.Path) -> bool:
    names = pyarrow.parquet.read_schema(file).names
    return "accepted" in names and "judge" in names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
