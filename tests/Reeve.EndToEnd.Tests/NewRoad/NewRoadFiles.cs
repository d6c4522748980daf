namespace Reeve.EndToEnd.Tests.NewRoad;

/// <summary>The files that people have today, as they are; only the flow is in C#.</summary>
internal static class NewRoadFiles
{
    public const string Flow = """
        #:package Reeve@0.1.0
        using Reeve;

        await Flows.MyFlowName();

        public static class Flows
        {
            /// <summary>Says who runs it.</summary>
            [Flow(LogPrints = true)]
            public static async Task MyFlowName(string name = "world")
            {
                await Task.Yield();
                Console.WriteLine($"HELLO {name}");
            }
        }
        """;

    public const string KeyVaultByCommand = """
        # Welcome to your prefect.yaml file! You can you this file for storing and managing
        # configuration for deploying your flows. We recommend committing this file to source
        # control along with your flow code.

        # Generic metadata about this project
        name: test
        prefect-version: 2.10.15

        # build section allows you to manage and build docker images
        build: null

        # push section allows you to manage if and how this project is uploaded to remote locations
        push: null

        # pull section allows you to provide instructions for cloning this project in remote locations
        pull:
        - prefect.deployments.steps.run_shell_script:
            id: get-access-token
            script: az keyvault secret show --name mysecret --vault-name secretkeyvault --query "value" --output tsv
            stream_output: false # We don't want to expose the credential
        - prefect.deployments.steps.git_clone:
            repository: https://bitbucket.org/private/azure-private-deployments.git
            branch: master
            access_token: "{{ get-access-token.stdout }}"
        """;

    public static readonly string KeyVaultByScript = KeyVaultByCommand.Replace(
        "az keyvault secret show --name mysecret --vault-name secretkeyvault --query \"value\" --output tsv", "python /tmp/retrieve_secrets.py", StringComparison.Ordinal);

    public const string SecretBlock = """
        pull:
        - prefect.projects.steps.git_clone_project:
            repository: https://github.com/org/repo.git
            branch: master
            access_token: "{{ prefect.blocks.secret.bitcred }}"
        """;

    public const string S3 = """
        # push section allows you to manage if and how this project is uploaded to remote locations
        push:
        - prefect_aws.deployments.steps.push_to_s3:
            id: push_code
            requires: prefect-aws>=0.3.4
            bucket: my-bucket
            folder: my-folder
            credentials: "{{ prefect.blocks.aws-credentials.my-credentials-block }}" # if private

        # pull section allows you to provide instructions for cloning this project in remote locations
        pull:
        - prefect_aws.deployments.steps.pull_from_s3:
            id: pull_code
            requires: prefect-aws>=0.3.4
            bucket: '{{ push_code.bucket }}'
            folder: '{{ push_code.folder }}'
            credentials: "{{ prefect.blocks.aws-credentials.my-credentials-block }}" # if private
        """;

    public const string Azure = """
        # push section allows you to manage if and how this project is uploaded to remote locations
        push:
        - prefect_azure.deployments.steps.push_to_azure_blob_storage:
            id: push_code
            requires: prefect-azure>=0.2.8
            container: my-prefect-azure-container
            folder: my-folder
            credentials: "{{ prefect.blocks.azure-blob-storage-credentials.my-credentials-block }}" # if private

        # pull section allows you to provide instructions for cloning this project in remote locations
        pull:
        - prefect_azure.deployments.steps.pull_from_azure_blob_storage:
            id: pull_code
            requires: prefect-azure>=0.2.8
            container: '{{ push_code.container }}'
            folder: '{{ push_code.folder }}'
            credentials: "{{ prefect.blocks.azure-blob-storage-credentials.my-credentials-block }}" # if private
        """;

    public const string Gcs = """
        # push section allows you to manage if and how this project is uploaded to remote locations
        push:
        - prefect_gcp.deployment.steps.push_to_gcs:
            id: push_code
            requires: prefect-gcp>=0.4.3
            bucket: my-bucket
            folder: my-folder
            credentials: "{{ prefect.blocks.gcp-credentials.my-credentials-block }}" # if private

        # pull section allows you to provide instructions for cloning this project in remote locations
        pull:
        - prefect_gcp.deployment.steps.pull_from_gcs:
            id: pull_code
            requires: prefect-gcp>=0.4.3
            bucket: '{{ push_code.bucket }}'
            folder: '{{ pull_code.folder }}'
            credentials: "{{ prefect.blocks.gcp-credentials.my-credentials-block }}" # if private
        """;

    /// <summary>What is written for one provider of git, whose name stands in the address and in the block.</summary>
    public static string Credentials(string host, string block) => $$$"""
        pull:
        - prefect.deployments.steps.git_clone:
            repository: https://{{{host}}}/org/my-private-repo.git
            credentials: "{{ prefect.blocks.{{{block}}}.my-block-name }}"
        """;
}
