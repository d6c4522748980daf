#:package Reeve@0.1.0
#:property PublishAot=false
using System.Net.Http.Headers;
using Reeve;

// A step for prefect.yaml; by hand: dotnet run --file steps/announce.cs -- Announce '{"address": "http://localhost:8080", "token": "t", "image": "a:1"}'
//
//   push:
//   - steps/announce.cs:Announce:
//       address: "{{ prefect.blocks.my-service-login.main.address }}"
//       token: "{{ prefect.blocks.my-service-login.main.token }}"
//       image: "{{ image }}"
return await StepProgram.RunAsync(args);

// Tells the service which image is deployed now.
[Step]
static async Task<object> Announce(string address, string token, string image, CancellationToken cancellationToken)
{
    using var http = new HttpClient { BaseAddress = new Uri(address) };
    http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    using var answer = await http.PostAsync("deployed", new StringContent(image), cancellationToken);
    answer.EnsureSuccessStatusCode();
    return new { Announced = image };
}
