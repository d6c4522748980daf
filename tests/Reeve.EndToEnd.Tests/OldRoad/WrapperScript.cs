namespace Reeve.EndToEnd.Tests.OldRoad;

/// <summary>
/// A script in the manner of those that teams keep around <c>deployment build</c>: it makes a command line of each entry of a YAML file and runs it by a shell. The command line, its quoting and its order are
/// those of the scripts in use.
/// </summary>
internal static class WrapperScript
{
    public const string Text = """
        import json
        import subprocess
        import sys

        import yaml


        def command_of(deployment, block):
            command = f"prefect deployment build {deployment['entrypoint']} -n {deployment['name']} -a --skip-upload -ib {block}"
            if "parameters" in deployment:
                command += f" --params=\'{json.dumps(deployment['parameters'])}\'"
            if "version" in deployment:
                command += f" --version=\"{deployment['version']}\""
            for tag in deployment.get("tags", []):
                command += f" --tag=\"{tag}\""
            for key in ("cron", "interval", "rrule", "timezone", "anchor-date"):
                if key in deployment.get("schedule", {}):
                    command += f" --{key}=\"{deployment['schedule'][key]}\""
            pool = deployment.get("work_pool", {})
            if "name" in pool:
                command += f" --pool=\"{pool['name']}\""
            if "work_queue_name" in pool:
                command += f" --work-queue=\"{pool['work_queue_name']}\""
            return command


        with open(sys.argv[1]) as file:
            data = yaml.safe_load(file)
        for deployment in data["deployments"]:
            command = command_of(deployment, data["ib-block"])
            print(f"run {command}", flush=True)
            subprocess.run(command, shell=True, universal_newlines=True, check=True)
        """;
}
