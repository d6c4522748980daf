// A shop's HTTP API that is as unreliable as real ones: every third request fails. Runs until Ctrl+C.
//
//   dotnet run shop.cs -- 8085
#:property PublishAot=false
using System.Net;
using System.Text;

var port = args.Length > 0 ? args[0] : "8085";
var server = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
server.Start();
Console.WriteLine($"The shop is open at http://127.0.0.1:{port}/");

var requests = 0;
while (true)
{
    var call = await server.GetContextAsync();
    var page = int.TryParse(call.Request.QueryString["page"], out var number) ? number : 1;
    var fails = ++requests % 3 == 0;
    Console.WriteLine($"{requests}: page {page} {(fails ? "fails" : "is served")}");
    call.Response.StatusCode = fails ? 503 : 200;
    var orders = Enumerable.Range((page - 1) * 10, 10).Select(id => $$"""{"id":{{id}},"city":"{{(id % 3 == 0 ? "Oslo" : "Bergen")}}","amount":{{id}}.5}""");
    var body = Encoding.UTF8.GetBytes(fails ? "busy" : $"[{string.Join(',', orders)}]");
    await call.Response.OutputStream.WriteAsync(body);
    call.Response.Close();
}
