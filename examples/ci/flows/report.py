from prefect import flow


@flow(log_prints=True)
def report(team: str = "sales"):
    """Tells a team what came in."""
    print(f"report for {team}")
