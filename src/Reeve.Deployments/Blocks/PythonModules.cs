namespace Reeve.Deployments.Blocks;

/// <summary>Which kinds of blocks the modules of the known Python packages hold. The server brings the kinds; this is what a module's name stands for.</summary>
public static class PythonModules
{
    private static readonly Dictionary<string, string[]> Modules = new(StringComparer.Ordinal)
    {
        ["prefect.blocks.system"] = ["date-time", "json", "secret", "string"],
        ["prefect.blocks.webhook"] = ["webhook"],
        ["prefect.blocks.kubernetes"] = ["kubernetes-cluster-config"],
        ["prefect.blocks.notifications"] =
            ["custom-webhook", "discord-webhook", "mattermost-webhook", "ms-teams-webhook", "opsgenie-webhook", "pager-duty-webhook", "sendgrid-email", "slack-webhook", "twilio-sms"],
        ["prefect.filesystems"] = ["azure", "gcs", "github", "local-file-system", "remote-file-system", "s3", "smb"],
        ["prefect.infrastructure"] = ["docker-container", "docker-registry", "kubernetes-cluster-config", "kubernetes-job", "process"],
        ["prefect.infrastructure.container"] = ["docker-container", "docker-registry"],
        ["prefect.infrastructure.kubernetes"] = ["kubernetes-cluster-config", "kubernetes-job"],
        ["prefect.infrastructure.process"] = ["process"],
        ["prefect_aws"] = ["aws-credentials", "aws-secret", "ecs-task", "lambda-function", "minio-credentials", "s3-bucket"],
        ["prefect_aws.credentials"] = ["aws-credentials", "minio-credentials"],
        ["prefect_aws.ecs"] = ["aws-credentials", "ecs-task"],
        ["prefect_aws.lambda_function"] = ["aws-credentials", "lambda-function"],
        ["prefect_aws.s3"] = ["aws-credentials", "minio-credentials", "s3-bucket"],
        ["prefect_aws.secrets_manager"] = ["aws-credentials", "aws-secret"],
        ["prefect_azure"] = ["azure-blob-storage-container", "azure-blob-storage-credentials", "azure-container-instance-credentials", "azure-container-instance-job", "azure-cosmos-db-credentials", "azureml-credentials"],
        ["prefect_azure.blob_storage"] = ["azure-blob-storage-container", "azure-blob-storage-credentials"],
        ["prefect_azure.container_instance"] = ["azure-container-instance-credentials", "azure-container-instance-job", "docker-registry"],
        ["prefect_azure.credentials"] = ["azure-blob-storage-credentials", "azure-container-instance-credentials", "azure-cosmos-db-credentials", "azureml-credentials"],
        ["prefect_bitbucket"] = ["bitbucket-credentials", "bitbucket-repository"],
        ["prefect_bitbucket.credentials"] = ["bitbucket-credentials"],
        ["prefect_bitbucket.repository"] = ["bitbucket-credentials", "bitbucket-repository"],
        ["prefect_databricks"] = ["databricks-credentials"],
        ["prefect_databricks.credentials"] = ["databricks-credentials"],
        ["prefect_dbt"] = ["dbt-cli-bigquery-target-configs", "dbt-cli-global-configs", "dbt-cli-postgres-target-configs", "dbt-cli-profile", "dbt-cli-snowflake-target-configs", "dbt-cli-target-configs", "dbt-cloud-credentials", "dbt-core-operation"],
        ["prefect_dbt.cli"] = ["dbt-cli-bigquery-target-configs", "dbt-cli-global-configs", "dbt-cli-postgres-target-configs", "dbt-cli-profile", "dbt-cli-snowflake-target-configs", "dbt-cli-target-configs", "dbt-core-operation"],
        ["prefect_dbt.cloud"] = ["dbt-cloud-credentials"],
        ["prefect_docker"] = ["docker-host", "docker-registry-credentials"],
        ["prefect_docker.credentials"] = ["docker-registry-credentials"],
        ["prefect_docker.host"] = ["docker-host"],
        ["prefect_email"] = ["email-server-credentials"],
        ["prefect_email.credentials"] = ["email-server-credentials"],
        ["prefect_gcp"] = ["bigquery-warehouse", "cloud-run-job", "gcp-credentials", "gcpsecret", "gcs-bucket", "vertex-ai-custom-training-job"],
        ["prefect_gcp.aiplatform"] = ["gcp-credentials", "vertex-ai-custom-training-job"],
        ["prefect_gcp.bigquery"] = ["bigquery-warehouse", "gcp-credentials"],
        ["prefect_gcp.cloud_run"] = ["cloud-run-job", "gcp-credentials"],
        ["prefect_gcp.cloud_storage"] = ["gcp-credentials", "gcs-bucket"],
        ["prefect_gcp.credentials"] = ["gcp-credentials"],
        ["prefect_gcp.secret_manager"] = ["gcp-credentials", "gcpsecret"],
        ["prefect_github"] = ["github-credentials", "github-repository"],
        ["prefect_github.credentials"] = ["github-credentials"],
        ["prefect_github.repository"] = ["github-credentials", "github-repository"],
        ["prefect_gitlab"] = ["gitlab-credentials", "gitlab-repository"],
        ["prefect_gitlab.credentials"] = ["gitlab-credentials"],
        ["prefect_gitlab.repositories"] = ["gitlab-credentials", "gitlab-repository"],
        ["prefect_kubernetes"] = ["kubernetes-credentials"],
        ["prefect_kubernetes.credentials"] = ["kubernetes-cluster-config", "kubernetes-credentials"],
        ["prefect_shell"] = ["shell-operation"],
        ["prefect_shell.commands"] = ["shell-operation"],
        ["prefect_slack"] = ["slack-credentials", "slack-webhook"],
        ["prefect_slack.credentials"] = ["slack-credentials", "slack-webhook"],
        ["prefect_snowflake"] = ["snowflake-connector", "snowflake-credentials"],
        ["prefect_snowflake.credentials"] = ["snowflake-credentials"],
        ["prefect_snowflake.database"] = ["snowflake-connector", "snowflake-credentials"],
        ["prefect_sqlalchemy"] = ["database-credentials", "sqlalchemy-connector"],
        ["prefect_sqlalchemy.credentials"] = ["database-credentials"],
        ["prefect_sqlalchemy.database"] = ["database-credentials", "sqlalchemy-connector"],
    };

    /// <summary>All module names.</summary>
    public static IReadOnlyCollection<string> Names => Modules.Keys;

    /// <summary>The slugs of a module's kinds of blocks; null when the module is not known. The package's name with dashes is the package.</summary>
    public static IReadOnlyList<string>? SlugsOf(string module) =>
        Modules.GetValueOrDefault(module) ?? (module.Contains('.', StringComparison.Ordinal) ? null : Modules.GetValueOrDefault(module.Replace('-', '_')));
}
